import { ProgressCircle } from '@react-spectrum/s2/ProgressCircle';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

const loading = style({ display: 'flex', justifyContent: 'center', paddingY: 32 });

export function Loading({ what }: { what: string }) {
  return (
    <div className={loading}>
      <ProgressCircle isIndeterminate aria-label={`Loading ${what}`} />
    </div>
  );
}
