/** How long requests in flight may take to finish after SIGTERM; container platforms kill after 30 s by default. */
export const drainLimitMs = 20_000;
