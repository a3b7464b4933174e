/** What every row belongs to, and what every query through a scoped handle is confined to. */
export interface Scope {
  readonly orgId: string;
  readonly sandboxId: string;
}

/** Who changes something: kept on the resource as createdBy/updatedBy and createdClient/updatedClient. */
export interface Actor {
  readonly user: string;
  readonly client: string;
}
