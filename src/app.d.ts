import type { Locale } from '$lib/i18n';
import type { AuditAddress } from '$lib/server/audit';
import type { ApiClient } from '$lib/server/sts/tokens';
import type { BrandView } from '$lib/ui/brand-view';
import type { Session, SessionEnd } from '$lib/server/auth/session';

declare global {
	namespace App {
		interface Locals {
			/** Random per request: the help code on error pages, and the id in the log. */
			requestId: string;
			/** Why the request is refused: a code of `http/problem.ts`, for the log line with the help code. */
			errorCode?: string;
			/** The client, for the audit log. */
			auditAddress?: () => AuditAddress;
			/** This request's place in a trace (W3C Trace Context), for the services that the portal calls. */
			traceparent: () => string;
			/** The language of pages. */
			locale: () => Locale;
			/** The session, or null. Assign it to sign in or out: the session handle writes the change. */
			session: Session | null;
			/** Why the session that came with this request has ended, before or during the request. */
			sessionEnd?: SessionEnd;
			/**
			 * The session that came with this request and had already ended, without its tokens. Only a sign-out may use it, to sign
			 * out of the STS: the person is not signed in.
			 */
			endedSession?: Session;
			/** The API client whose access token is valid for this route. Never set together with a session. */
			apiClient?: ApiClient;
			/** The tokens have expired, and the STS cannot refresh them at the moment. */
			stsUnavailable?: boolean;
		}
		interface Platform {
			/** Creates a JSON response in the form that is fastest to send. Only the Node server provides this. */
			json: (value: unknown) => Response;
			/** Creates a JSON response from bytes that it does not copy. Only the Node server provides this. */
			jsonBytes: (bytes: Uint8Array<ArrayBuffer>) => Response;
		}
		interface PageData {
			/** Missing only if the layout itself failed. */
			brand?: BrandView;
			path?: string;
			user?: { readonly name: string | null; readonly signInUrl: string } | null;
			signInMethods?: { readonly institution: boolean; readonly wallet: boolean };
		}
		interface Error {
			message: string;
			/** The help code: the id of the request that failed. */
			requestId: string;
			/** The request did not come from a page of the portal. The page says so, and has a link that leaves a frame. */
			reason?: 'foreign';
		}
	}
}

export {};
