/**
 * V8 makes what often outlives a look through the young heap in the old one from the start. Requests that are answered at the same
 * time do outlive it, so all requests would lie there, and with them whatever they hold, until the whole heap is looked through
 * (`docs/performance.md`).
 */
export const NO_PRETENURING = '--no-allocation-site-pretenuring';
