import { Button } from '@react-spectrum/s2/Button';
import { Content } from '@react-spectrum/s2/Content';
import { Form } from '@react-spectrum/s2/Form';
import { Heading } from '@react-spectrum/s2/Heading';
import { InlineAlert } from '@react-spectrum/s2/InlineAlert';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { type FormEvent, useState } from 'react';
import { PageHeading } from '../parts/headings.tsx';
import { Logo } from '../parts/logo.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { Session } from '../platform/session.ts';
import { signIn } from '../platform/sign-in.ts';
import { wordsOf } from '../use-polling.ts';

const page = style({
  boxSizing: 'border-box',
  minHeight: 'screen',
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: { default: 'start', sm: 'center' },
  padding: 16,
});
const card = style({
  boxSizing: 'border-box',
  width: 'full',
  maxWidth: 420,
  display: 'flex',
  flexDirection: 'column',
  gap: 20,
  padding: { default: 20, sm: 32 },
  borderRadius: 'xl',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
});
const hint = style({ font: 'body-sm', margin: 0, marginTop: 8 });

interface SignInPageProps {
  /** Why there is a sign-in now. */
  readonly notice: string | undefined;
  /** Whose fields, but for the secret, are filled in. */
  readonly lastSession: Session | undefined;
  readonly onSignedIn: (session: Session) => void;
}

export function SignInPage({ notice, lastSession, onSignedIn }: SignInPageProps) {
  const [isPending, setIsPending] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? '').trim();
    setIsPending(true);
    setProblem(undefined);
    try {
      onSignedIn(
        await signIn({
          clientId: field('clientId'),
          clientSecret: field('clientSecret'),
          orgId: field('orgId'),
          sandbox: field('sandbox'),
        }),
      );
    } catch (error) {
      setProblem(wordsOf(error));
      setIsPending(false);
    }
  };

  return (
    <main className={page}>
      <div className={card}>
        <Logo />
        <div>
          <PageHeading title="Sign in" />
          <p className={hint}>Use the API client that the server printed at its first start.</p>
        </div>
        {notice !== undefined && problem === undefined && (
          <InlineAlert variant="notice" autoFocus>
            <Heading>Signed out</Heading>
            <Content>{notice}</Content>
          </InlineAlert>
        )}
        <ProblemAlert title="Could not sign in" problem={problem} />
        <Form onSubmit={submit}>
          <TextField
            label="Client ID"
            name="clientId"
            autoComplete="username"
            defaultValue={lastSession?.clientId ?? ''}
            isRequired
          />
          <TextField
            label="Client secret"
            name="clientSecret"
            type="password"
            autoComplete="current-password"
            isRequired
          />
          <TextField
            label="Organisation ID"
            name="orgId"
            description="Such as ACME@AdobeOrg"
            defaultValue={lastSession?.orgId ?? ''}
            isRequired
          />
          <TextField
            label="Sandbox"
            name="sandbox"
            defaultValue={lastSession?.sandbox ?? 'prod'}
            isRequired
          />
          <Button type="submit" variant="accent" isPending={isPending}>
            Sign in
          </Button>
        </Form>
      </div>
    </main>
  );
}
