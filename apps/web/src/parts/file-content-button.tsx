import { ActionButton } from '@react-spectrum/s2/ActionButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useRef } from 'react';
import type { SpecField } from '../spec/spec-fields.ts';

const hidden = style({ display: 'none' });

interface FileContentButtonProps {
  readonly field: SpecField;
  readonly onContent: (content: string) => void;
}

/**
 * Fills a field with a file of the person's own machine, such as a private key; the file goes nowhere else.
 */
export function FileContentButton({ field, onContent }: FileContentButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <ActionButton size="S" onPress={() => input.current?.click()} aria-label={`${field.label} from a file`}>
        From a file…
      </ActionButton>
      <input
        ref={input}
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        className={hidden}
        onChange={async ({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) onContent(await contentOf(file, field.isBase64));
        }}
      />
    </>
  );
}

async function contentOf(file: File, isBase64: boolean): Promise<string> {
  if (!isBase64) return file.text();
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
