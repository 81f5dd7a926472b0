import type { Locale } from '$lib/i18n';
import type { BearerCaller } from '$lib/server/auth/bearer';
import type { BrandView } from '$lib/ui/brand-view';
import type { Session } from '$lib/server/auth/session';

declare global {
	namespace App {
		interface Locals {
			/** Random per request: the help code on error pages, and the id in the log. */
			requestId: string;
			/** This request's place in a trace (W3C Trace Context), for the services behind the portal. */
			traceparent: () => string;
			/** The language of pages. */
			locale: () => Locale;
			/** The opened session, or null. To sign in or out is to replace it: the session handle writes what changed. */
			session: Session | null;
			/** The program whose access token is good for this route; never together with a session. */
			caller?: BearerCaller;
			/** The STS has ended the session that came with this request. */
			sessionRevoked?: boolean;
			/** The tokens have run out, and the STS can't be asked for new ones at the moment. */
			stsUnavailable?: boolean;
		}
		interface Platform {
			/** Creates a JSON response in the form that is fastest to send. Only the Node server has one of its own. */
			json: (value: unknown) => Response;
		}
		interface PageData {
			/** Missing only where the layout itself failed. */
			brand?: BrandView;
			path?: string;
			user?: { readonly name: string | null; readonly signInUrl: string } | null;
			signInMethods?: { readonly institution: boolean; readonly wallet: boolean };
		}
		interface Error {
			message: string;
			/** The help code: the id of the request that failed. */
			requestId: string;
			/** The request did not come from a page of the portal: the page says so, and has a link that leaves a frame. */
			reason?: 'foreign';
		}
	}
}

export {};
