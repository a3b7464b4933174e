import type { ResourceKind } from '@tributary/store';
import type { ResourceType, TenantResourceType } from '@tributary/xdm';

/** A kind of registry resource, and under which names it is reached. */
export interface Collection {
  readonly type: ResourceType;
  /** The last segment of its paths; field groups are still reached by their former name too. */
  readonly segments: readonly string[];
  /** How messages call one. */
  readonly noun: string;
  /** What a missing one is answered with. The platform publishes which code belongs to classes and to schemas. */
  readonly notFoundCode: string;
}

/** A collection whose members a tenant may create. */
export interface TenantCollection extends Collection {
  readonly type: TenantResourceType;
  readonly kind: ResourceKind;
}

export const behaviors: Collection = {
  type: 'behaviors',
  segments: ['behaviors'],
  noun: 'behavior',
  notFoundCode: 'XDM-1014-404',
};

export const tenantCollections: readonly TenantCollection[] = [
  {
    type: 'classes',
    segments: ['classes'],
    noun: 'class',
    notFoundCode: 'XDM-1010-404',
    kind: 'class',
  },
  {
    type: 'mixins',
    segments: ['fieldgroups', 'mixins'],
    noun: 'field group',
    notFoundCode: 'XDM-1011-404',
    kind: 'mixin',
  },
  {
    type: 'schemas',
    segments: ['schemas'],
    noun: 'schema',
    notFoundCode: 'XDM-1012-404',
    kind: 'schema',
  },
  {
    type: 'datatypes',
    segments: ['datatypes'],
    noun: 'data type',
    notFoundCode: 'XDM-1013-404',
    kind: 'datatype',
  },
];
