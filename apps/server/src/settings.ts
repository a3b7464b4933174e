/** One thing that can be set, by environment variable or by flag. */
export interface Setting {
  readonly variable: string;
  /** Without the leading dashes. */
  readonly flag: string;
  /** What holds where nothing is set; undefined where leaving it unset means something of its own. */
  readonly fallback: string | undefined;
  readonly meaning: string;
}

/** Everything that can be set. The README's table is this one. */
export const settings: readonly Setting[] = [
  { variable: 'TRIBUTARY_HOST', flag: 'host', fallback: '127.0.0.1', meaning: 'Address to listen on.' },
  {
    variable: 'TRIBUTARY_PORT',
    flag: 'port',
    fallback: '8080',
    meaning: 'Port to listen on; 0 takes any free one.',
  },
  {
    variable: 'TRIBUTARY_DATA',
    flag: 'data',
    fallback: 'data',
    meaning: 'Folder for everything that is kept: store, lake, staging, keys, `server.json`.',
  },
  {
    variable: 'TRIBUTARY_CLIENT_ID',
    flag: 'client-id',
    fallback: undefined,
    meaning: 'Client id that the first start creates; generated where unset.',
  },
  {
    variable: 'TRIBUTARY_CLIENT_SECRET',
    flag: 'client-secret',
    fallback: undefined,
    meaning: 'Its secret; generated, and printed once, where unset. Only a hash is kept.',
  },
  {
    variable: 'TRIBUTARY_ORG_ID',
    flag: 'org-id',
    fallback: undefined,
    meaning: 'Organisation that the first start creates, such as `ACME@AdobeOrg`; generated where unset.',
  },
  {
    variable: 'TRIBUTARY_VAULT_KEY',
    flag: 'vault-key',
    fallback: undefined,
    meaning: 'Key that seals credentials (base64 of 32 bytes); a key file in the data folder where unset.',
  },
  {
    variable: 'DATABASE_URL',
    flag: 'database-url',
    fallback: undefined,
    meaning: 'PostgreSQL server for the store (`postgresql://…`); the embedded store where unset.',
  },
  {
    variable: 'LAKE_URI',
    flag: 'lake-uri',
    fallback: undefined,
    meaning:
      'Where the lake lies: a folder (path or `file:` URI) or a bucket (`s3://bucket/prefix`); `lake` in the data folder where unset.',
  },
  {
    variable: 'AWS_ACCESS_KEY_ID',
    flag: 'lake-key-id',
    fallback: undefined,
    meaning: 'Key that reaches buckets: the lake’s, and that of `TRIBUTARY_STAGING`.',
  },
  {
    variable: 'AWS_SECRET_ACCESS_KEY',
    flag: 'lake-secret-key',
    fallback: undefined,
    meaning: 'Its secret.',
  },
  {
    variable: 'AWS_SESSION_TOKEN',
    flag: 'lake-session-token',
    fallback: undefined,
    meaning: 'Token of a temporary key, which is not renewed.',
  },
  {
    variable: 'AWS_REGION',
    flag: 'lake-region',
    fallback: undefined,
    meaning: 'Region of the bucket; the one that its service names where unset.',
  },
  {
    variable: 'AWS_ENDPOINT_URL_S3',
    flag: 'lake-endpoint',
    fallback: undefined,
    meaning: 'Address of the S3 service (`https://…`); Amazon’s where unset.',
  },
  {
    variable: 'TRIBUTARY_LAKE_CACHE_MB',
    flag: 'lake-cache-mb',
    fallback: '2048',
    meaning: 'Copies of a bucket’s files that are kept in the data folder for the next reader, in MiB.',
  },
  {
    variable: 'TRIBUTARY_FILE_ROOTS',
    flag: 'file-roots',
    fallback: undefined,
    meaning:
      'Folders that local files may be read from, parted as in `PATH`; a `Local folder` connection is refused where unset.',
  },
  {
    variable: 'TRIBUTARY_SOURCES',
    flag: 'sources',
    fallback: undefined,
    meaning:
      'Modules of further sources, parted by commas: paths such as `./sqlite/source.ts`, or names of installed packages.',
  },
  {
    variable: 'TRIBUTARY_STAGING',
    flag: 'staging',
    fallback: undefined,
    meaning:
      'Where staged pages and rejected rows lie, which servers and workers share: a folder, or `s3://bucket/prefix`. Where unset the lake’s bucket, or the data folder where the lake is none.',
  },
  {
    variable: 'TRIBUTARY_SETTLE_SECONDS',
    flag: 'settle-seconds',
    fallback: '600',
    meaning: 'How late a source may commit a row with an earlier stamp and still not be missed.',
  },
  {
    variable: 'TRIBUTARY_CONNECTION_READS',
    flag: 'connection-reads',
    fallback: '8',
    meaning: 'Reads over one base connection at the same time, by all of its flows.',
  },
  {
    variable: 'TRIBUTARY_KEEP_RUNS_DAYS',
    flag: 'keep-runs-days',
    fallback: '90',
    meaning:
      'Days that runs which have ended are kept, with the rows that they did not land; 0 keeps them for ever.',
  },
  {
    variable: 'TRIBUTARY_KEEP_SNAPSHOTS_DAYS',
    flag: 'keep-snapshots-days',
    fallback: '7',
    meaning: 'Days that snapshots of tables are kept, the newest ten always; 0 keeps them for ever.',
  },
  {
    variable: 'TRIBUTARY_KEEP_EVENTS_DAYS',
    flag: 'keep-events-days',
    fallback: '30',
    meaning: 'Days that events and the log of their deliveries are kept; 0 keeps them for ever.',
  },
  {
    variable: 'TRIBUTARY_ENGINE_MEMORY_MB',
    flag: 'engine-memory-mb',
    fallback: '1024',
    meaning: 'Memory limit of the engine, in MiB; beyond it, it spills to disk.',
  },
  {
    variable: 'TRIBUTARY_DEMO',
    flag: 'demo',
    fallback: '0',
    meaning:
      '1 runs a demo CRM (emulators of Salesforce and Dynamics) beside the server; `npm start` sets it.',
  },
  {
    variable: 'TRIBUTARY_DEMO_CONTACTS',
    flag: 'demo-contacts',
    fallback: '20000',
    meaning: 'Contacts that each system of the demo CRM has.',
  },
  { variable: 'TRIBUTARY_LOG', flag: 'log', fallback: 'on', meaning: '`off` silences the log.' },
];
