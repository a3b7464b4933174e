import { StatusLight } from '@react-spectrum/s2/StatusLight';
import type { Wording } from '../wording.ts';

/** A status in words, with a light of its colour. `announced`: changes are read out. */
export function Status({ wording, announced = false }: { wording: Wording; announced?: boolean }) {
  return (
    <StatusLight variant={wording.tone} {...(announced && { role: 'status' as const })}>
      {wording.words}
    </StatusLight>
  );
}
