import { ActionButton } from '@react-spectrum/s2/ActionButton';
import { Breadcrumb, Breadcrumbs } from '@react-spectrum/s2/Breadcrumbs';
import { SearchField } from '@react-spectrum/s2/SearchField';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import type { BaseConnection, ConnectorSpec, SourceObject } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { count } from '../wording.ts';
import { TableSection } from './table-section.tsx';

/** More are found by their names. */
const SHOWN_OBJECTS = 100;
const ROOT = '/';

const text = style({ font: 'body-sm', margin: 0 });
const search = style({ width: 'full', maxWidth: 400 });

interface ExploreSectionProps {
  readonly client: PlatformClient;
  readonly connection: BaseConnection;
  readonly connector: ConnectorSpec;
}

/** The tables of a source, or its folders and files; one is picked to be looked into. */
export function ExploreSection({ client, connection, connector }: ExploreSectionProps) {
  const [folder, setFolder] = useState<string>();
  const [words, setWords] = useState('');
  const [path, setPath] = useState<string>();
  const load = useCallback(
    async () => ({ folder, objects: await client.connections.objects(connection.id, folder) }),
    [client, connection.id, folder],
  );
  const [loaded, reload] = usePolling(load, () => 'once');
  const isCurrent = loaded.state === 'loaded' && loaded.value.folder === folder;
  const objects = isCurrent ? loaded.value.objects : [];
  const found = objects.filter((each) => hasWords(each, words));
  const isOfFiles = connector.objectType === 'file';

  const open = (object: SourceObject) => {
    if (object.kind !== 'folder') return setPath(object.path);
    setWords('');
    setFolder(object.path);
  };
  return (
    <>
      <Section title={isOfFiles ? 'Files' : 'Tables'}>
        {isOfFiles && (
          <Breadcrumbs onAction={(key) => setFolder(key === ROOT ? undefined : String(key))}>
            {foldersTo(folder).map(({ path: at, name }) => (
              <Breadcrumb key={at} id={at}>
                {name}
              </Breadcrumb>
            ))}
          </Breadcrumbs>
        )}
        <ProblemAlert
          title="The source could not be explored"
          problem={loaded.state === 'loading' ? undefined : loaded.problem}
        />
        {loaded.state === 'failed' && (
          <div>
            <ActionButton onPress={reload}>Try again</ActionButton>
          </div>
        )}
        {!isCurrent && loaded.state !== 'failed' && <Loading what="the source" />}
        {isCurrent && (
          <>
            {objects.length > 10 && (
              <SearchField label="Find" value={words} onChange={setWords} styles={search} />
            )}
            {objects.length === 0 && <p className={text}>There is nothing here.</p>}
            {found.length > 0 && (
              <RecordTable
                label={isOfFiles ? 'Files and folders' : 'Tables'}
                columns={columnsFor(open, path)}
                records={found.slice(0, SHOWN_OBJECTS)}
                keyOf={(each) => each.path}
                onNarrow="scroll"
              />
            )}
            {(found.length > SHOWN_OBJECTS || found.length < objects.length) && (
              <p className={text} role="status">
                {found.length > SHOWN_OBJECTS
                  ? `These are the first ${SHOWN_OBJECTS} of ${count(found.length)}; find others by their names.`
                  : `${count(found.length)} of ${count(objects.length)}`}
              </p>
            )}
          </>
        )}
      </Section>
      {path !== undefined && (
        <TableSection
          key={path}
          client={client}
          connection={connection}
          connector={connector}
          firstPath={path}
        />
      )}
    </>
  );
}

function columnsFor(open: (object: SourceObject) => void, chosen: string | undefined) {
  const columns: Column<SourceObject>[] = [
    {
      title: 'Name',
      cell: (object) => (
        <ActionButton
          isQuiet
          onPress={() => open(object)}
          {...(object.path === chosen && { 'aria-current': 'true' as const })}
        >
          {object.kind === 'folder' ? `${object.name}/` : object.name}
        </ActionButton>
      ),
    },
    { title: 'Path', cell: (object) => <bdi>{object.path}</bdi> },
    { title: 'Kind', cell: ({ kind }) => kind.charAt(0).toUpperCase() + kind.slice(1), isShort: true },
  ];
  return columns;
}

function hasWords({ name, path }: SourceObject, words: string): boolean {
  const text = `${name} ${path}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The folders from the root to one. */
function foldersTo(folder: string | undefined): readonly { path: string; name: string }[] {
  const steps = (folder ?? '').split('/').filter((step) => step !== '');
  return [
    { path: ROOT, name: 'All files' },
    ...steps.map((name, index) => ({ path: `/${steps.slice(0, index + 1).join('/')}`, name })),
  ];
}
