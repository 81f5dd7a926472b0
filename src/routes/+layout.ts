/** Pages are plain HTML by default. Pages that hydrate set this to true. */
export const csr = false;
