/**
 * The wall clock: for what tokens, cookies, stored values and logs say. It may step, backwards too. Durations, ages and
 * intervals use `performance.now()`, which never does.
 */

/** Unix time in milliseconds. */
export const unixMs = (): number => Date.now();

/** Unix time in whole seconds, as tokens have it (RFC 7519 2). */
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

/** How far the clocks of the STS and the portal may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** The same for a token that has just come from the STS: a wrong clock of one instance must not end sessions. */
export const FRESH_CLOCK_TOLERANCE_SECONDS = 90;
