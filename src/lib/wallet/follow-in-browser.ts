import { walletApi } from './api';
import { pause } from './pause';
import { StatusFollower } from './status-follower';
import { followStream, type Hear } from './status-stream';
import { browserTabs } from './tabs';

/** Follows wallet sessions by all that this browser offers. */
export function followInBrowser(sessionIds: readonly string[], hear: Hear): StatusFollower {
	const { readStatus } = walletApi();
	return new StatusFollower(sessionIds, hear, { readStatus, pause, stream: followStream, tabs: browserTabs() });
}
