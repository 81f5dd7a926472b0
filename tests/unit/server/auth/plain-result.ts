/**
 * Stands in for the real box: keys are derived on threads of their own, in no fixed order, which a virtual clock can't
 * wait for. What the real one does is tested by itself.
 */
export const keyOf = async (secret: string) => `once:${secret}`;
export const sealResult = async (secret: string, result: string) => JSON.stringify([secret, result]);

export async function openResult(secret: string, sealed: string): Promise<string | null> {
	const [sealedWith, result] = JSON.parse(sealed) as [string, string];
	return sealedWith === secret ? result : null;
}

export const tokensNameOf = async (tokensKey: string) => `tokens:${tokensKey}`;
export const sealTokens = async (tokensKey: string, sessionId: string, tokens: object) =>
	JSON.stringify([tokensKey, sessionId, tokens]);

export async function openTokens(tokensKey: string, sessionId: string, sealed: string): Promise<unknown> {
	const [sealedWith, sealedFor, tokens] = JSON.parse(sealed) as [string, string, unknown];
	return sealedWith === tokensKey && sealedFor === sessionId ? tokens : null;
}
