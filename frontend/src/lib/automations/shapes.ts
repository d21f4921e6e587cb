/** What the API tells of runs and of automations. */
import type { components } from "../schema";
import type { Automation } from "../spec";

type Schemas = components["schemas"];

export type Run = Schemas["Run"];
export type RunState = Run["state"];
export type RunStep = Schemas["RunStep"];
export type RunOpened = Omit<Schemas["RunOpened"], "definition"> & { definition: Automation };
export type Failure = Schemas["FailureShown"];
export type Offered = Schemas["OfferShown"];
export type Connection = Schemas["Connection"];

/** An automation as it stands: switched on or not, what it waits for, how its runs went. */
export type Standing = Omit<Schemas["ShownAutomation"], "last"> & { last: (Omit<NonNullable<Schemas["ShownAutomation"]["last"]>, "state"> & { state: RunState }) | null };
export type Hook = Schemas["Hook"];
export type ScheduleTold = Schemas["SchedulePreview"];
export type Week = Schemas["WeekOfSlots"];
