import { describeJourneys } from './journeys.ts';
import { startWebKitGtk } from './webkitgtk.ts';

describeJourneys('webkitgtk', startWebKitGtk);
