import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

interface RouteParameters {
	walletSession: string;
	wallet: string;
}

const folder = new URL('../../../src/routes/', import.meta.url);

/**
 * The paths of all pages and endpoints, with these ids filled in. The list is complete, so a crawl cannot miss a new route.
 */
export function everyPath({ walletSession, wallet }: RouteParameters): string[] {
	const values: Record<string, string> = {
		'[provider]': 'sts',
		'[name]': 'unknown-backend',
		'[x+2e]well-known': '.well-known',
		'[which]': 'others',
		'[...path]': 'x'
	};
	const filled = (segment: string, index: number, segments: readonly string[]) => {
		if (segment === '[id]') return segments[index - 1] === 'sessions' ? walletSession : wallet;
		const value = values[segment] ?? (segment.startsWith('[') ? undefined : segment);
		if (value === undefined) throw new Error(`Say here what ${segment} of a route can be`);
		return value;
	};
	const routes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => ['+page.svelte', '+server.ts'].includes(basename(file)))
		.map((file) => dirname(file).split(/[\\/]/))
		.map((segments) => segments.filter((segment) => segment !== '.' && !segment.startsWith('(')));
	return routes.map((segments) => `/${segments.map(filled).join('/')}`).sort();
}
