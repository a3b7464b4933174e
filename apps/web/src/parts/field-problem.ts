/** Props of a field that say what is wrong with its value, where something is. */
export function fieldProblem(problem: string | undefined) {
  return problem === undefined ? {} : { isInvalid: true, errorMessage: problem };
}
