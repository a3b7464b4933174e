import { Content } from '@react-spectrum/s2/Content';
import { Heading } from '@react-spectrum/s2/Heading';
import { InlineAlert } from '@react-spectrum/s2/InlineAlert';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

const stretched = style({ display: 'grid' });
const message = style({ overflowWrap: 'anywhere' });

/** Something went wrong: what was tried, and why it failed. Read out at once, for an InlineAlert has the role alert. */
export function ProblemAlert({ title, problem }: { title: string; problem: string | undefined }) {
  if (problem === undefined) return undefined;
  return (
    <div className={stretched}>
      <InlineAlert variant="negative">
        <Heading>{title}</Heading>
        <Content>
          <span className={message}>{problem}</span>
        </Content>
      </InlineAlert>
    </div>
  );
}
