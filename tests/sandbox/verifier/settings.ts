import * as v from 'valibot';

export const clientIdPrefixes = ['x509_hash', 'decentralized_identifier'] as const;
export type ClientIdPrefix = (typeof clientIdPrefixes)[number];
export const responseModes = ['direct_post.jwt', 'direct_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

const publicUrl = v.pipe(
	v.string(),
	v.url(),
	v.transform((url) => new URL(url).origin)
);
const walletUrl = v.pipe(v.string(), v.regex(/^[a-z][a-z\d+.-]*:\/\/[^?#]*$/, 'must be a URL without a query'));

/** Changes of the verifier's settings. */
export const VerifierChanges = v.strictObject({
	clientIdPrefix: v.exactOptional(v.picklist(clientIdPrefixes)),
	responseMode: v.exactOptional(v.picklist(responseModes)),
	/** The origin of `request_uri` and `response_uri`, as wallets reach it; for a phone that of a tunnel. */
	publicUrl: v.exactOptional(publicUrl),
	/** The authorization endpoint of wallets: the address of a wallet's page, or `openid4vp://` for an app. */
	walletUrl: v.exactOptional(walletUrl),
	/** Whether requests of the Bridge's sessions are offered through the Digital Credentials API too. */
	dcApi: v.exactOptional(v.boolean())
});
export type VerifierChanges = Readonly<v.InferOutput<typeof VerifierChanges>>;
/** How the verifier makes requests. */
export type VerifierSettings = Required<VerifierChanges>;
