import { describe, expect, test } from 'vitest';
import { parseS3Params, secretsOf } from './params.ts';

const key = { s3AccessKey: 'AKIA123', s3SecretKey: 'very-secret' };

describe('the auth parameters of S3', () => {
  test('are a key alone, to all that it may see at Amazon', () => {
    expect(parseS3Params('Access Key', key)).toEqual({
      accessKeyId: 'AKIA123',
      secretAccessKey: 'very-secret',
      sessionToken: undefined,
      serviceUrl: undefined,
      region: undefined,
      bucket: undefined,
      folder: '',
    });
  });

  test('may narrow it down to a folder of a bucket elsewhere', () => {
    const params = parseS3Params('Access Key', {
      ...key,
      s3SessionToken: 'token\n',
      serviceUrl: 'https://s3.example.com:9000/base',
      region: 'eu-west-1',
      bucketName: 'my.bucket',
      folderPath: '/in/crm/',
    });
    expect(params).toMatchObject({ sessionToken: 'token', bucket: 'my.bucket', folder: 'in/crm' });
    expect(params.serviceUrl?.href).toBe('https://s3.example.com:9000/base');
    expect(secretsOf(params)).toEqual(['very-secret', 'token']);
  });

  test.each([
    [{ s3AccessKey: 'AKIA' }, 's3SecretKey'],
    [{ ...key, s3AccessKey: 'AKIA\r\nX-Evil: 1' }, 's3AccessKey'],
    [{ ...key, s3SessionToken: 'ü' }, 's3SessionToken'],
    [{ ...key, bucketName: 'bucket/folder' }, 'bucketName'],
    [{ ...key, bucketName: '..' }, 'bucketName'],
    [{ ...key, folderPath: 'in' }, 'bucketName'],
    [{ ...key, bucketName: 'bucket', folderPath: 'in/../../other' }, 'folderPath'],
    [{ ...key, serviceUrl: 'ftp://example.com' }, 'serviceUrl'],
    [{ ...key, serviceUrl: 'https://user:very-secret@example.com' }, 'serviceUrl'],
    [{ ...key, region: 'eu west' }, 'region'],
  ])('that are wrong are refused by name: %j', (params, name) => {
    expect(() => parseS3Params('Access Key', params)).toThrow(`auth.params.${name}`);
    expect(() => parseS3Params('Access Key', params)).not.toThrow('very-secret');
  });
});
