import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { type Completion, type Completions, completed } from '../completion.ts';

const field = style({ position: 'relative', display: 'flex', flexDirection: 'column', gap: 4, minWidth: 0 });
const caption = style({ font: 'ui', color: 'neutral-subdued' });
const input = style({
  boxSizing: 'border-box',
  width: 'full',
  paddingX: 12,
  paddingY: 4,
  font: 'code-sm',
  color: 'neutral',
  backgroundColor: 'layer-2',
  borderRadius: 'default',
  borderWidth: 2,
  borderStyle: 'solid',
  borderColor: { default: 'gray-300', isInvalid: 'negative-900' },
  outlineStyle: { default: 'none', ':focus-visible': 'solid' },
  outlineColor: 'focus-ring',
  outlineWidth: 2,
  outlineOffset: 2,
});
const list = style({
  position: 'absolute',
  top: 'full',
  insetStart: 0,
  insetEnd: 0,
  zIndex: 1,
  boxSizing: 'border-box',
  maxHeight: 280,
  overflow: 'auto',
  margin: 0,
  marginTop: 4,
  padding: 4,
  listStyleType: 'none',
  backgroundColor: 'elevated',
  borderRadius: 'lg',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-300',
  boxShadow: 'elevated',
});
const option = style({
  display: 'flex',
  flexWrap: 'wrap',
  columnGap: 16,
  paddingX: 8,
  paddingY: 4,
  borderRadius: 'default',
  cursor: 'default',
  backgroundColor: { default: 'transparent', ':hover': 'gray-100', isActive: 'gray-200' },
});
const optionName = style({ font: 'code-sm', color: 'neutral', fontWeight: 'bold', overflowWrap: 'anywhere' });
const optionNote = style({ font: 'code-xs', color: 'neutral-subdued', overflowWrap: 'anywhere' });

interface CompletionFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What fits at a caret. */
  readonly completionsAt: (text: string, caret: number) => Completions;
  readonly isInvalid: boolean;
  /** The id of what says why it is invalid. */
  readonly describedBy?: string;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
}

/**
 * A text field whose list of completions opens while one types, or with the arrow keys; Enter and Tab take one, Escape
 * closes the list (the ARIA pattern of an editable combobox with list autocompletion).
 */
export function CompletionField(props: CompletionFieldProps) {
  const { label, value, onChange, completionsAt, isInvalid, describedBy } = props;
  const id = useId();
  const ownRef = useRef<HTMLInputElement>(null);
  const inputRef = props.inputRef ?? ownRef;
  const { open, active, setActive, offer, close } = useOffer();
  const nextCaret = useRef<number>(undefined);

  // The browser puts the caret to the end of a value that was set; after a completion it belongs elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new value is what moves the caret
  useLayoutEffect(() => {
    if (nextCaret.current === undefined) return;
    inputRef.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = undefined;
  }, [value, inputRef]);

  const take = (completion: Completion) => {
    if (open === undefined) return;
    const { text, caret } = completed(value, open.span, completion);
    nextCaret.current = caret;
    close();
    onChange(text);
  };
  const caretOf = (target: HTMLInputElement) => target.selectionStart ?? target.value.length;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const chosen = open?.items[active];
    if (open === undefined || chosen === undefined) {
      if (event.key !== 'ArrowDown') return;
      offer(completionsAt(value, caretOf(event.currentTarget)));
    } else {
      switch (event.key) {
        case 'ArrowDown':
          setActive((active + 1) % open.items.length);
          break;
        case 'ArrowUp':
          setActive((active + open.items.length - 1) % open.items.length);
          break;
        case 'Enter':
        case 'Tab':
          // Back through the page is no choice.
          if (event.shiftKey) return;
          take(chosen);
          break;
        case 'Escape':
          close();
          break;
        case 'ArrowLeft':
        case 'ArrowRight':
        case 'Home':
        case 'End':
          // The caret leaves what the list was for.
          close();
          return;
        default:
          return;
      }
    }
    event.preventDefault();
  };

  return (
    <div className={field}>
      <label className={caption} htmlFor={`${id}-input`}>
        {label}
      </label>
      <input
        ref={inputRef}
        id={`${id}-input`}
        className={input({ isInvalid })}
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open !== undefined}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && `${id}-${active}`}
        aria-invalid={isInvalid}
        aria-describedby={describedBy}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        value={value}
        onChange={({ target }) => {
          onChange(target.value);
          const caret = caretOf(target);
          const completions = completionsAt(target.value, caret);
          // Where no word is begun everything would fit; the arrow key shows it.
          offer(completions.span.start < caret ? completions : undefined);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        onClick={close}
      />
      {open && <Offer id={id} label={label} items={open.items} active={active} onTake={take} />}
    </div>
  );
}

/** What is offered at the moment, if anything, and which of it is active. */
function useOffer() {
  const [open, setOpen] = useState<Completions>();
  const [active, setActive] = useState(0);
  const offer = (completions: Completions | undefined) => {
    setOpen(completions && completions.items.length > 0 ? completions : undefined);
    setActive(0);
  };
  return { open, active, setActive, offer, close: () => offer(undefined) };
}

interface OfferProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly Completion[];
  readonly active: number;
  readonly onTake: (completion: Completion) => void;
}

function Offer({ id, label, items, active, onTake }: OfferProps) {
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, active]);
  return (
    <div id={`${id}-list`} role="listbox" aria-label={`Completions, ${label}`} className={list}>
      {items.map((item, index) => (
        // The focus stays in the field, which names the active option and takes its keys.
        // biome-ignore lint/a11y/useFocusableInteractive: see above
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <div
          key={`${item.name} ${item.note}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={option({ isActive: index === active })}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(item)}
        >
          <span className={optionName}>{item.name}</span>
          <span className={optionNote}>{item.note}</span>
        </div>
      ))}
    </div>
  );
}
