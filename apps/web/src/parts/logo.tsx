import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import icon from '../icon.svg';

const logo = style({ display: 'flex', alignItems: 'center', gap: 8, font: 'title', color: 'heading' });
const picture = style({ size: 24 });

export function Logo() {
  return (
    <span className={logo}>
      <img className={picture} src={icon} alt="" />
      Tributary
    </span>
  );
}
