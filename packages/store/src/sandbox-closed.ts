/** What `require_open_sandbox` of the migrations raises. */
const CLOSED_STATE = 'TB001';

/** Whether a write failed because its sandbox is being reset or deleted, or has been. */
export function isSandboxClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CLOSED_STATE;
}
