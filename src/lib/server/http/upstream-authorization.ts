/** What the portal shows a service behind it; each value is a whole header, such as `Bearer …`. */
export interface UpstreamAuthorization {
	readonly current: () => Promise<string>;
	/** Another in place of the one that the service has refused; null when there is none to be had. */
	readonly renewed: () => Promise<string | null>;
}
