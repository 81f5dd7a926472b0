/** What is said about a token in a 401 or 403, in characters that a quoted string takes (RFC 6750 3). */
export interface ChallengeFacts {
	readonly error?: 'invalid_token' | 'insufficient_scope';
	readonly description?: string;
	/** What the route asks for. */
	readonly scope?: string;
}

/** The value of `WWW-Authenticate`: how to be let in, and why not this time (RFC 6750 3). */
export function challenge({ error, description, scope }: ChallengeFacts = {}): string {
	const parameters = { realm: 'portal', error, error_description: description, scope };
	const said = Object.entries(parameters).filter(([, value]) => value !== undefined);
	return `Bearer ${said.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}
