import { Button } from '@react-spectrum/s2/Button';
import { ButtonGroup } from '@react-spectrum/s2/ButtonGroup';
import { Form } from '@react-spectrum/s2/Form';
import { LinkButton } from '@react-spectrum/s2/LinkButton';
import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { type FormEvent, useMemo, useState } from 'react';
import { Card } from '../parts/card.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { SpecForm } from '../parts/spec-form.tsx';
import type { BaseConnection, ConnectorSpec } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { type FieldValue, type FieldValues, missingOf, paramsOf, valuesOf } from '../spec/spec-fields.ts';
import { problemsBelow, useAction } from '../use-action.ts';
import { connectionPath } from '../use-route.ts';

const whole = style({ width: 'full' });
const NO_PROBLEMS: Readonly<Record<string, string>> = {};

interface ConnectionFormProps {
  readonly client: PlatformClient;
  readonly connector: ConnectorSpec;
  /** The one to change; undefined for a new one. */
  readonly connection: BaseConnection | undefined;
  /** Told once the connection is saved and can sign in. */
  readonly onDone: (id: string) => void;
}

/** How to sign in at a source, as its spec asks for it. Saved and then tried. */
export function ConnectionForm({ client, connector, connection, onDone }: ConnectionFormProps) {
  const { auths } = connector;
  const [saved, setSaved] = useState(connection);
  const [name, setName] = useState(connection?.name ?? connector.name);
  const [authName, setAuthName] = useState(connection?.authName ?? auths[0]?.name ?? '');
  const fields = useMemo(() => auths.find((auth) => auth.name === authName)?.fields ?? [], [auths, authName]);
  const [values, setValues] = useState<FieldValues>(() => valuesOf(fields, connection?.params));
  const [missing, setMissing] = useState(NO_PROBLEMS);
  const saving = useAction();
  const signingIn = useAction();
  const kept = useMemo(
    () =>
      new Set(
        saved?.authName === authName ? fields.filter((each) => each.isSecret).map((each) => each.key) : [],
      ),
    [saved, authName, fields],
  );
  const refused = useMemo(
    () => ({ ...problemsBelow(saving.violations, '/auth/params'), ...refusedField(signingIn.problem) }),
    [saving.violations, signingIn.problem],
  );

  const change = (key: string, value: FieldValue) => {
    setValues((before) => ({ ...before, [key]: value }));
    setMissing(NO_PROBLEMS);
    saving.forget();
    signingIn.forget();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // A secret that is left empty stays as it is.
    const sent = fields.filter(({ key }) => !kept.has(key) || (values[key] ?? '') !== '');
    const lacking = missingOf(sent, values);
    setMissing(lacking);
    if (Object.keys(lacking).length > 0) return;
    const given = {
      name: name.trim() || connector.name,
      connector,
      authName,
      params: paramsOf(sent, values),
    };
    let id = saved?.id;
    const isSaved = await saving.run(async () => {
      if (saved === undefined) id = await client.connections.create(given);
      else await client.connections.change(saved, given);
      if (id !== undefined) setSaved(await client.connections.get(id));
    });
    const savedId = id;
    if (!isSaved || savedId === undefined) return;
    if (await signingIn.run(() => client.connections.test(savedId))) onDone(savedId);
  };

  const isToldAtField = fields.some(({ key }) => refused[key] !== undefined);
  return (
    <Form onSubmit={submit} validationBehavior="aria">
      <Card>
        <TextField
          label="Name"
          description="What the connection is called here"
          value={name}
          onChange={setName}
          autoComplete="off"
          styles={whole}
        />
        {auths.length > 1 && (
          <Picker
            label="Way to sign in"
            items={auths}
            selectedKey={authName}
            onSelectionChange={(key) => {
              setAuthName(String(key));
              setMissing(NO_PROBLEMS);
              saving.forget();
            }}
            styles={whole}
          >
            {(auth) => <PickerItem id={auth.name}>{auth.name}</PickerItem>}
          </Picker>
        )}
        <SpecForm
          fields={fields}
          values={values}
          onChange={change}
          problems={Object.keys(missing).length > 0 ? missing : refused}
          kept={kept}
        />
        <ProblemAlert
          title="The connection could not be saved"
          problem={isToldAtField ? undefined : saving.problem}
        />
        <ProblemAlert title="It is saved, but could not sign in" problem={signingIn.problem} />
        <ButtonGroup>
          <Button type="submit" variant="accent" isPending={saving.isPending || signingIn.isPending}>
            Save and test
          </Button>
          {saved !== undefined && signingIn.problem !== undefined && connection === undefined && (
            <LinkButton variant="secondary" href={connectionPath(saved.id)}>
              Keep it as it is
            </LinkButton>
          )}
        </ButtonGroup>
      </Card>
    </Form>
  );
}

/** Sources name the param that they refuse: `auth.params.folder: …`. */
function refusedField(problem: string | undefined): Readonly<Record<string, string>> {
  const [, field, words] = /^auth\.params\.(\w+): (.+)$/is.exec(problem ?? '') ?? [];
  return field === undefined || words === undefined ? {} : { [field]: words };
}
