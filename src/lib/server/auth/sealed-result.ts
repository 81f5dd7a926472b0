import { createSeal } from '../seal';

const encoder = new TextEncoder();
const PURPOSE = 'result of work done once';

/** The name of a piece of work in the store. It reveals nothing about the secret that it is derived from. */
export async function keyOf(secret: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', encoder.encode(`once ${secret}`));
	return `once:${Buffer.from(digest).toString('base64url')}`;
}

/**
 * Seals a result with a key that only holders of the secret can derive, so that the content of the store alone is
 * worthless.
 */
export function sealResult(secret: string, result: string): Promise<string> {
	return createSeal([secret], PURPOSE).seal(result);
}

export async function openResult(secret: string, sealed: string): Promise<string | null> {
	const opened = await createSeal([secret], PURPOSE).open(sealed);
	return typeof opened?.value === 'string' ? opened.value : null;
}
