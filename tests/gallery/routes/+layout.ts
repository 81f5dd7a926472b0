/** As the server draws it: nothing asks anybody anything, so that each state stays what it is. */
export const csr = false;
