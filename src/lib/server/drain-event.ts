/** What the server entry emits on `process` when it has been told to stop, before requests in flight are waited for. */
export const DRAIN_EVENT = 'portal:drain';
