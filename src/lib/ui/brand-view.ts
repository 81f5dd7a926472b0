/** Whom to ask for help. Null if the institution has not configured it. */
export interface Support {
	readonly name: string | null;
	readonly email: string | null;
	readonly phone: string | null;
	readonly page: string | null;
}

/** The institution's own part of every page, in the page's language. */
export interface BrandView {
	/** Replaces the product's name. */
	readonly name: string | null;
	/** Addresses on the portal's own origin. */
	readonly logo: string | null;
	readonly logoDark: string | null;
	readonly support: Support;
	/** The address of the privacy statement. */
	readonly privacyPage: string | null;
	/** The address of the page about wallets that work. */
	readonly walletHelpPage: string | null;
}
