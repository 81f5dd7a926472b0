/** These pages watch their session: they warn before its end, and notice a sign-out in another tab. */
export const csr = true;
