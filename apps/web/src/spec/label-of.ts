/** Words that are written as nobody would spell a word. */
const spellings: Readonly<Record<string, string>> = {
  id: 'ID',
  url: 'URL',
  uri: 'URI',
  api: 'API',
  ca: 'CA',
  ssl: 'SSL',
  tls: 'TLS',
  jwt: 'JWT',
  s3: 'S3',
  pem: 'PEM',
};

/** What a param is called where its spec gives no title: `environmentUrl` reads "Environment URL". */
export function labelOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    .map((word) => spellings[word.toLowerCase()] ?? word.toLowerCase());
  const label = words.join(' ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}
