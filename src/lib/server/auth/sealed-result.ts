import { sha256 } from '../digest';
import { createSeal } from '../seal';
import { sessionCodec } from './session-format';

const PURPOSE = 'result of work done once';

/** The name of a piece of work in the store. It reveals nothing about the secret that it is derived from. */
export function keyOf(secret: string): string {
	return `once:${sha256(`once ${secret}`)}`;
}

/**
 * Seals a result with a key that only holders of the secret can derive, so that the content of the store alone is
 * worthless.
 */
export function sealResult(secret: string, result: string): string {
	return createSeal([secret], PURPOSE).seal(result);
}

export function openResult(secret: string, sealed: string): string | null {
	const opened = createSeal([secret], PURPOSE).open(sealed);
	return typeof opened?.value === 'string' ? opened.value : null;
}

/** The name of a session's tokens in the shared store. It reveals nothing about their key. */
export function tokensNameOf(tokensKey: string): string {
	return `tokens:${sha256(`session tokens ${tokensKey}`)}`;
}

const tokensSeal = (tokensKey: string, sessionId: string) =>
	createSeal([tokensKey], `tokens of session ${sessionId}`, sessionCodec(2));

/** Packs and seals tokens with a key that only the session's cookie has. The session id is additional data of the seal. */
export function sealTokens(tokensKey: string, sessionId: string, tokens: object): string {
	return tokensSeal(tokensKey, sessionId).seal(tokens);
}

/** Null for a text that was not sealed with this key, or for another session. */
export function openTokens(tokensKey: string, sessionId: string, sealed: string): unknown {
	return tokensSeal(tokensKey, sessionId).open(sealed)?.value ?? null;
}
