import { createSeal } from '../seal';
import { sessionCodec } from './session-format';

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

/** The name of a session's tokens in the shared store. It reveals nothing about their key. */
export async function tokensNameOf(tokensKey: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', encoder.encode(`session tokens ${tokensKey}`));
	return `tokens:${Buffer.from(digest).toString('base64url')}`;
}

const tokensSeal = (tokensKey: string, sessionId: string) =>
	createSeal([tokensKey], `tokens of session ${sessionId}`, sessionCodec(2));

/** Packs and seals tokens with a key that only the session's cookie has. The session id is additional data of the seal. */
export function sealTokens(tokensKey: string, sessionId: string, tokens: object): Promise<string> {
	return tokensSeal(tokensKey, sessionId).seal(tokens);
}

/** Null for a text that was not sealed with this key, or for another session. */
export async function openTokens(tokensKey: string, sessionId: string, sealed: string): Promise<unknown> {
	return (await tokensSeal(tokensKey, sessionId).open(sealed))?.value ?? null;
}
