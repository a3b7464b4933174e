import { Content } from '@react-spectrum/s2/Content';
import { Heading } from '@react-spectrum/s2/Heading';
import { InlineAlert } from '@react-spectrum/s2/InlineAlert';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

const stretched = style({ display: 'grid' });
const code = style({ font: 'code', overflowWrap: 'anywhere', userSelect: 'all' });

/** The secret that a webhook's messages are signed with, the one time that it is told. */
export function SecretNote({ secret }: { secret: string }) {
  return (
    <div className={stretched}>
      <InlineAlert variant="notice" autoFocus>
        <Heading>Keep this secret now; it is not shown again</Heading>
        <Content>
          Messages are signed with it: <span className={code}>{secret}</span>
        </Content>
      </InlineAlert>
    </div>
  );
}
