import { AlertDialog } from '@react-spectrum/s2/AlertDialog';
import { Button } from '@react-spectrum/s2/Button';
import { DialogTrigger } from '@react-spectrum/s2/Dialog';

interface ConfirmedButtonProps {
  readonly label: string;
  /** What is asked before it is done. */
  readonly question: string;
  readonly consequence: string;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
}

/** Something that cannot be taken back, and is asked about first. */
export function ConfirmedButton(props: ConfirmedButtonProps) {
  const { label, question, consequence, isPending, onConfirm } = props;
  return (
    <DialogTrigger>
      <Button variant="secondary" isPending={isPending}>
        {label}
      </Button>
      <AlertDialog
        variant="destructive"
        title={question}
        primaryActionLabel={label}
        cancelLabel="Cancel"
        onPrimaryAction={onConfirm}
      >
        {consequence}
      </AlertDialog>
    </DialogTrigger>
  );
}
