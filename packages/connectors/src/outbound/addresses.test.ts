import { describe, expect, test } from 'vitest';
import { addressRefusal, hostRefusal } from './addresses.ts';

const open = { allowLoopback: true };

describe('an address', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'localhost',
  ])('that may never be reached: %s', (address) => {
    expect(addressRefusal(address, open)).toBeDefined();
  });

  test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::1'])(
    'of this machine may be reached where loopback is allowed: %s',
    (address) => {
      expect(addressRefusal(address, open)).toBeUndefined();
      expect(addressRefusal(address, { allowLoopback: false })).toContain('loopback');
    },
  );

  test.each([
    '10.0.0.1',
    '192.168.1.1',
    '93.184.215.14',
    '2606:4700::1111',
    'fd12::1',
    '169.253.255.255',
    '169.255.0.0',
  ])('that may be reached: %s', (address) => {
    expect(addressRefusal(address, { allowLoopback: false })).toBeUndefined();
  });
});

describe('a host', () => {
  test.each(['metadata.google.internal', 'METADATA.google.internal.', 'x.metadata.goog'])(
    'of a metadata service may never be reached: %s',
    (host) => {
      expect(hostRefusal(host, open)).toContain('metadata');
    },
  );

  test('on the deny list, or under it, may not be reached', () => {
    const policy = { ...open, denyHosts: ['corp.example'] };
    expect(hostRefusal('corp.example', policy)).toBeDefined();
    expect(hostRefusal('crm.corp.example', policy)).toBeDefined();
    expect(hostRefusal('notcorp.example', policy)).toBeUndefined();
  });

  test('must be on the allow list where there is one', () => {
    const policy = { ...open, allowHosts: ['salesforce.com'] };
    expect(hostRefusal('example.my.salesforce.com', policy)).toBeUndefined();
    expect(hostRefusal('salesforce.com.evil.example', policy)).toBeDefined();
  });
});
