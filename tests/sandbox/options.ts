import type { Dialect } from './bridge/errors.ts';
import type { SigningAlgorithm } from './sts/keys.ts';
import type { ClientIdPrefix, ResponseMode } from './verifier/settings.ts';

/** Everything has a default; a port of 0 takes a free one. */
export interface SandboxOptions {
	/** The portal's origin, or several; logout tokens are sent to the first. */
	portalUrl?: string | readonly string[] | undefined;
	stsPort?: number | undefined;
	bridgePort?: number | undefined;
	institutionPort?: number | undefined;
	controlPort?: number | undefined;
	/** The address to listen on. */
	host?: string | undefined;
	dialect?: Dialect | undefined;
	clientId?: string | undefined;
	clientSecret?: string | undefined;
	/** Whether the portal's clients authenticate with the keys of its `/.well-known/jwks.json`, and not with secrets. */
	clientKeys?: boolean | undefined;
	accessTokenSeconds?: number | undefined;
	idTokenAlgorithm?: SigningAlgorithm | undefined;
	/** Addresses as a browser sees them, if they differ from those on which the parts listen. */
	stsPublicUrl?: string | undefined;
	/** Origin of the endpoints that only servers call (token, keys, PAR, revocation), if it is not the issuer's. */
	stsEndpointsUrl?: string | undefined;
	institutionPublicUrl?: string | undefined;
	/** Origin of the Auth Bridge as wallets reach it, such as that of a tunnel. */
	bridgePublicUrl?: string | undefined;
	/** Where a QR code leads: `openid4vp://` for an app, or the wallet page, served on the Bridge's and the institution's port. */
	walletUrl?: string | undefined;
	clientIdPrefix?: ClientIdPrefix | undefined;
	responseMode?: ResponseMode | undefined;
	/** Whether the Digital Credentials API is offered; off by default. */
	dcApi?: boolean | undefined;
	/** The address to which logout tokens are sent. */
	backchannelLogoutUrl?: string | undefined;
	/** How the STS sends logout tokens; `fetch` by default. */
	send?: typeof fetch | undefined;
	/** Receives failures of the sandbox itself. */
	log?: ((line: string) => void) | undefined;
}

/** The options with their defaults. */
export function withDefaults(options: SandboxOptions) {
	const portalOrigins = [options.portalUrl ?? 'http://localhost:3000'].flat().map((url) => new URL(url).origin);
	const [portalUrl] = portalOrigins;
	if (portalUrl === undefined) throw new RangeError('portalUrl names no portal');
	return {
		portalUrl,
		portalOrigins,
		host: options.host ?? '127.0.0.1',
		ports: {
			sts: options.stsPort ?? 8092,
			bridge: options.bridgePort ?? 8090,
			institution: options.institutionPort ?? 8093,
			control: options.controlPort ?? 8094
		},
		dialect: options.dialect ?? 'field',
		clientId: options.clientId ?? 'portal-frontend',
		clientSecret: options.clientSecret ?? 'portal-frontend-secret',
		clientKeys: options.clientKeys ?? false,
		accessTokenSeconds: options.accessTokenSeconds ?? 3600,
		idTokenAlgorithm: options.idTokenAlgorithm ?? 'ES256',
		clientIdPrefix: options.clientIdPrefix ?? 'x509_hash',
		responseMode: options.responseMode ?? 'direct_post.jwt',
		backchannelLogoutUrl: options.backchannelLogoutUrl ?? `${portalUrl}/api/auth/backchannel-logout`,
		send: options.send ?? fetch,
		log: options.log ?? (() => undefined)
	} as const;
}
