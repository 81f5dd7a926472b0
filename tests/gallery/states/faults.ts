import { eachOf, type GalleryState } from '../state.ts';
import type { Texts } from '../../../src/lib/i18n/index.ts';

/** Every text of the error page, with a status that leads to it. */
const statuses: Readonly<Record<keyof Texts['site']['errors'], number>> = {
	notFound: 404,
	forbidden: 403,
	foreign: 403,
	tooMany: 429,
	tooManyCookies: 431,
	unavailable: 503,
	request: 400,
	fault: 500
};

/** The pages for errors, by what they say. */
export const faultStates = {
	...eachOf('error', Object.keys(statuses) as (keyof typeof statuses)[], (text): GalleryState => ({
		page: 'error',
		status: statuses[text],
		...(text === 'foreign' && { reason: text }),
		heading: (t) => t.site.errors[text].title,
		isError: true
	})),
	'error/unavailable-signed-in': {
		page: 'error',
		status: 503,
		heading: (t) => t.site.errors.unavailable.title,
		isError: true,
		isSignedIn: true
	}
} satisfies Readonly<Record<string, GalleryState>>;
