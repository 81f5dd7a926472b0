import type { RequestEvent } from '@sveltejs/kit';
import { errors } from 'jose';
import { audit } from '../audit';
import { config } from '../config';
import { hasAccessToken, isWithin, type RoutePath, routePath } from '../http/request';
import { endpoint } from '../http/endpoint';
import { challenge, type ChallengeFacts, Problem, problems } from '../http/problem';
import { log } from '../log';
import { countRefusal } from '../metrics';
import { type ApiClient, verifyAccessToken } from '../sts/tokens';
import { KeysUnavailable } from '../sts/keys';
import { apiRoutes } from '../api/routes';
import { backendNamed } from '../backends/proxy';
import type { Handle } from './sequence';

/**
 * Checks the access token of an API client on the routes that accept one. A refused token ends the request, even if session
 * cookies came with it. Requests without a token are passed on unchecked.
 */
export const bearer: Handle = ({ event, resolve }) => {
	const scope = hasAccessToken(event) ? routeScope(event) : null;
	if (scope === null) return resolve(event);
	return endpoint(async () => {
		event.locals.apiClient = await acceptBearer(event.request, scope, event.locals.requestId).catch(
			(error: unknown) => {
				if (error instanceof Problem && isAdministrative(event))
					audit('admin.refused', { reason: error.code }, event.locals);
				throw error;
			}
		);
		return resolve(event);
	})(event);
};

const ADMINISTRATION: readonly RoutePath[] = ['/api/admin'];

function isAdministrative({ route }: Pick<RequestEvent, 'route'>): boolean {
	return isWithin(routePath({ route }), ADMINISTRATION);
}

/** Keyed by Kit's route id without its groups: `/api/wallet/sessions/[id]/status`. */
const scopes = new Map(
	apiRoutes.map(({ path, scope }) => [path.replaceAll('{', '[').replaceAll('}', ']'), scope ?? null])
);

/** The scope that a route requires of access tokens; null for a route that accepts none. */
function routeScope({ route, params }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const plain = routePath({ route });
	if (plain === '/api/backends/[name]/[...path]') return backendNamed(params.name ?? '')?.callerScope ?? null;
	return scopes.get(plain ?? '') ?? null;
}

/**
 * Why a token was refused, as stated in the response: by jose's error code, or by the claim that failed. Other errors get a
 * general reason.
 */
const reasons: Readonly<Record<string, string>> = {
	[errors.JWTExpired.code]: 'The access token has expired.',
	nbf: 'The access token is not valid yet.',
	aud: 'The access token is for another audience.',
	iss: 'The access token was issued by another issuer.',
	[errors.JWSSignatureVerificationFailed.code]: 'The signature of the access token is not valid.',
	[errors.JWKSNoMatchingKey.code]: 'The access token is signed with a key that the issuer does not have.',
	[errors.JOSEAlgNotAllowed.code]: 'The access token is signed in a way that is not accepted.'
};

/**
 * Verifies the access token of a request and its scopes (RFC 6750, RFC 9068 4). Only the `Authorization` header is
 * read: a session cookie is not accepted in its place.
 * @param scope one or more required scopes, separated by spaces
 * @returns the API client that the token identifies
 * @throws {Problem} `unauthorized` or `insufficient_scope`, both with a challenge that states the reason;
 * `upstream_unavailable` while the STS's keys are unavailable
 */
export async function acceptBearer(request: Request, scope: string, requestId: string): Promise<ApiClient> {
	const { audience } = config().api;
	if (audience === undefined) throw refused('Access tokens are not accepted here.', { scope });
	const token = /^bearer +([\w.~+/-]+=*)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
	if (token === undefined) throw refused('The Authorization header has no bearer token.', { scope });
	const apiClient = await verifyAccessToken(token, audience).catch((error: unknown) => {
		if (error instanceof KeysUnavailable) throw unavailable(error, requestId);
		const reason = reasonOf(error);
		log.limited('an access token was rejected', { requestId, reason });
		throw refused(reason, { scope });
	});
	if (scope.split(' ').every((one) => apiClient.scopes.includes(one))) return apiClient;
	const description = problems.insufficient_scope.message;
	log.limited('an access token was rejected', { requestId, reason: description, scope });
	countRefusal('scope');
	throw new Problem('insufficient_scope', {
		headers: { 'www-authenticate': challenge({ error: 'insufficient_scope', description, scope }) }
	});
}

function refused(description: string, facts: ChallengeFacts): Problem {
	countRefusal('bearer');
	const header = challenge({ error: 'invalid_token', description, ...facts });
	return new Problem('unauthorized', { message: description, headers: { 'www-authenticate': header } });
}

function unavailable(error: KeysUnavailable, requestId: string): Problem {
	log.warn('an access token cannot be verified: the STS’s keys are unavailable', { requestId, error });
	return new Problem('upstream_unavailable');
}

function reasonOf(error: unknown): string {
	const claim = error instanceof errors.JWTClaimValidationFailed ? reasons[error.claim] : undefined;
	const code = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
	return claim ?? code ?? 'The access token is not valid.';
}
