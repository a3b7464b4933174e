import { BlockList, isIP } from 'node:net';

/** Which hosts a connector may speak to. */
export interface AddressPolicy {
  /** Whether 127/8 and ::1 may be reached, as a demo CRM on this machine needs. */
  readonly allowLoopback: boolean;
  /** Where given, only these hosts and their subdomains may be reached. */
  readonly allowHosts?: readonly string[];
  /** Hosts that may not be reached, nor their subdomains. */
  readonly denyHosts?: readonly string[];
}

type Family = 'ipv4' | 'ipv6';
type Network = readonly [address: string, prefix: number, family: Family];

/**
 * Networks no CRM lives in: link-local ones, where cloud machines hand out credentials, the metadata services that
 * stand elsewhere, and addresses that name no single host. IPv4 written inside IPv6 is covered by BlockList where
 * mapped (::ffff:0:0/96), and here where compatible (::/96), translated (NAT64) or tunnelled (6to4).
 */
const DENIED_NETWORKS: readonly Network[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'], // Alibaba Cloud metadata
  ['168.63.129.16', 32, 'ipv4'], // Azure wire server
  ['192.0.0.192', 32, 'ipv4'], // Oracle Cloud metadata
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'], // AWS metadata
  ['fd20:ce::254', 128, 'ipv6'], // Google Cloud metadata
  ['::a9fe:0', 112, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  ['2002:a9fe::', 32, 'ipv6'],
];

const LOOPBACK_NETWORKS: readonly Network[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['64:ff9b::7f00:0', 104, 'ipv6'],
  ['2002:7f00::', 24, 'ipv6'],
];

const METADATA_HOSTS = [
  'metadata.google.internal',
  'metadata.goog',
  'instance-data.ec2.internal',
  'instance-data',
];

const denied = blockListOf(DENIED_NETWORKS);
const loopback = blockListOf(LOOPBACK_NETWORKS);

/** Why a resolved address may not be reached, or undefined where it may. */
export function addressRefusal(address: string, policy: AddressPolicy): string | undefined {
  const plain = address.split('%')[0] ?? address;
  const version = isIP(plain);
  if (version === 0) return `${address} is no IP address`;
  const family: Family = version === 6 ? 'ipv6' : 'ipv4';
  if (denied.check(plain, family)) return `${address} is a link-local, metadata or unroutable address`;
  if (!policy.allowLoopback && loopback.check(plain, family)) return `${address} is a loopback address`;
  return undefined;
}

/** Why a host may not be reached by its name, or undefined where it may; its addresses are checked on their own. */
export function hostRefusal(hostname: string, policy: AddressPolicy): string | undefined {
  const host = bareHost(hostname);
  if (METADATA_HOSTS.some((name) => isWithin(host, name))) return `${host} is a metadata service`;
  if (policy.denyHosts?.some((name) => isWithin(host, name))) return `${host} is on the list of denied hosts`;
  if (policy.allowHosts !== undefined && !policy.allowHosts.some((name) => isWithin(host, name))) {
    return `${host} is not on the list of allowed hosts`;
  }
  return undefined;
}

/** The host as name resolution takes it: lower case, no brackets, no final dot. */
export function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function isWithin(host: string, domain: string): boolean {
  const name = domain.toLowerCase();
  return host === name || host.endsWith(`.${name}`);
}

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of networks) list.addSubnet(address, prefix, family);
  return list;
}
