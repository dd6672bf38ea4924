/** What one replica may use; `null` = no limit, or not known. */
export interface ReplicaSize {
  /** Cores. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
}
