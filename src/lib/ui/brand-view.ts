/** Whom to ask for help, as far as the institution says. */
export interface Support {
	readonly name: string | null;
	readonly email: string | null;
	readonly phone: string | null;
	readonly page: string | null;
}

/** The institution's own part of every page, in the page's language. */
export interface BrandView {
	/** In place of the product's name. */
	readonly name: string | null;
	/** Addresses on our own origin. */
	readonly logo: string | null;
	readonly logoDark: string | null;
	readonly support: Support;
	/** The address of the privacy statement. */
	readonly privacyPage: string | null;
}
