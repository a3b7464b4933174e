import { S3Error } from './errors.ts';
import type { S3Headers } from './transport.ts';
import { textOf } from './xml.ts';

/** What a server tells of one object. */
export interface S3Object {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** To the second: what a listing has beyond is not in the header of the object itself. */
  readonly modifiedAt: Date;
  /** Changes with the content, its quotes left out; empty where the server tells none. */
  readonly etag: string;
}

/** Reads the keys of an answer: percent-encoded where the server says so, since XML has no form for all that a key may hold. */
export function keyReader(answer: string): (key: string) => string {
  if (textOf(answer, 'EncodingType')?.toLowerCase() !== 'url') return (key) => key;
  return (key) => {
    try {
      return decodeURIComponent(key.replaceAll('+', ' '));
    } catch {
      throw unexpected('a key that is not encoded as it says');
    }
  };
}

/** An object as a listing tells it. */
export function listedObject(content: string, key: (text: string) => string): S3Object {
  return checkedObject({
    key: key(required(content, 'Key')),
    size: Number(required(content, 'Size')),
    modifiedAt: wholeSeconds(new Date(required(content, 'LastModified'))),
    etag: bareEtag(textOf(content, 'ETag')),
  });
}

/** An object as the headers of an answer about it tell it. */
export function objectOfHeaders(key: string, headers: S3Headers): S3Object {
  const total = /\/(\d+)$/.exec(headerOf(headers, 'content-range') ?? '')?.[1];
  return checkedObject({
    key,
    size: Number(total ?? headerOf(headers, 'content-length')),
    modifiedAt: new Date(headerOf(headers, 'last-modified') ?? Number.NaN),
    etag: bareEtag(headerOf(headers, 'etag')),
  });
}

function checkedObject(object: S3Object): S3Object {
  if (!Number.isSafeInteger(object.size) || object.size < 0) throw unexpected('an object without a size');
  if (Number.isNaN(object.modifiedAt.getTime())) throw unexpected('an object without a time of change');
  return object;
}

function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}

export function headerOf(headers: S3Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The text of an element that every S3 service sends. */
export function required(xml: string, name: string): string {
  const text = textOf(xml, name);
  if (text === undefined) throw unexpected(`an answer without ${name}`);
  return text;
}

/** What only a server does that speaks no S3. */
export function unexpected(what: string): S3Error {
  return new S3Error(200, 'UnexpectedAnswer', `the server sent ${what}: is it an S3 service?`);
}
