import type { StagedFormat } from '../source.ts';
import type { Row } from './subject.test-kit.ts';

export type DelimitedFormat = Extract<StagedFormat, { kind: 'delimited' }>;

interface Field {
  text: string;
  isQuoted: boolean;
}

/** Rows of delimited text, as the format says that they are read; null where a field is the text that means it. */
export function rowsOfDelimited(text: string, format: DelimitedFormat): Row[] {
  const [first = [], ...others] = recordsOf(text, format);
  const names = first.map(({ text: name }, index) => (format.hasHeader ? name : `column_${index + 1}`));
  return (format.hasHeader ? others : text === '' ? [] : [first, ...others]).map((record) =>
    Object.fromEntries(
      names.map((name, index) => {
        const field = record[index];
        if (field === undefined || record.length !== names.length)
          throw new Error(`a record has ${record.length} fields, not ${names.length}`);
        return [name, !field.isQuoted && field.text === format.nullText ? null : field.text];
      }),
    ),
  );
}

/** Records of fields; `\n` and `\r\n` end a record, the end of the text too. */
function recordsOf(text: string, { delimiter, quote, escape: before }: DelimitedFormat): Field[][] {
  const records: Field[][] = [];
  let record: Field[] = [];
  let field: Field = { text: '', isQuoted: false };
  let isOpen = false;
  const endRecord = () => {
    records.push([...record, field]);
    record = [];
    field = { text: '', isQuoted: false };
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isOpen) {
      if (character === before && text.charAt(at + 1) === quote) field.text += text.charAt(++at);
      else if (character === quote) isOpen = false;
      else field.text += character;
    } else if (quote !== '' && character === quote && field.text === '') {
      isOpen = true;
      field.isQuoted = true;
    } else if (character === delimiter) {
      record.push(field);
      field = { text: '', isQuoted: false };
    } else if (character === '\n') endRecord();
    else if (character !== '\r' || text.charAt(at + 1) !== '\n') field.text += character;
  }
  if (isOpen) throw new Error('the text ends within quotes');
  if (record.length > 0 || field.text !== '' || field.isQuoted) endRecord();
  return records;
}
