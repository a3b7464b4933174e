import type { IdentityField } from '@tributary/engine';
import type { ScopedStore } from '@tributary/store';
import { type Descriptor, isPrimaryIdentity, propertySteps, sourcePropertiesOf } from '@tributary/xdm';

/** More identity fields than any schema has; each is a descriptor, of which a sandbox has 4,000 at most. */
const MAX_IDENTITIES = 4_000;

const IDENTITY_TYPE = 'xdm:descriptorIdentity';

/** The fields of a schema that its identity descriptors name, the oldest first. */
export async function schemaIdentities(
  store: Pick<ScopedStore, 'resources'>,
  schemaId: string,
): Promise<readonly IdentityField[]> {
  const { items } = await store.resources('descriptor').list({
    filters: [
      { path: ['xdm:sourceSchema'], operator: '==', value: schemaId },
      { path: ['@type'], operator: '==', value: IDENTITY_TYPE },
    ],
    order: { path: ['createdAt'], descending: false },
    limit: MAX_IDENTITIES,
  });
  return items.flatMap(({ body }) => {
    // Bodies of this kind are written by the Schema Registry as descriptors and by nothing else.
    const descriptor = body as unknown as Descriptor;
    const isPrimary = isPrimaryIdentity(descriptor);
    return sourcePropertiesOf(descriptor).map((path) => ({ path: propertySteps(path) ?? [], isPrimary }));
  });
}
