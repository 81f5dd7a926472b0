/** Pages are plain HTML. Only those that follow a wallet hydrate, and say so. */
export const csr = false;
