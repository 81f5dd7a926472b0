/** These pages hydrate to watch the session: they warn before it ends, and detect a sign-out in another tab. */
export const csr = true;
