type SetHeaders = (headers: Record<string, string>) => void;

/**
 * Sends a browser on to another origin from a page of ours, which also shows the address as a link. Not a redirect:
 * the policy `form-action 'self'` holds along a form's whole chain of redirects (CSP3 6.3.1.1).
 */
export function handOver(setHeaders: SetHeaders, url: string): void {
	setHeaders({ refresh: `0; url=${new URL(url).href}` });
}
