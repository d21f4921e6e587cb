/** What a pull on a calendar means for the row's values. */
import type { Pull } from "./drag.svelte";
import { ASSUMED_MINUTES, type Occasion, type Times, type Values, fresh, hasClock, moved, stretched } from "./occasions";

const WORK_STARTS_MINUTES = 9 * 60;
const WORK_ENDS_MINUTES = 17 * 60;

/** The values to write, or null when nothing would change. `occasion` is absent for a row that had no day. */
export function pulled(pull: Pull, occasion: Occasion | null, times: Times): Values | null {
  const { grip, from, to, clocked } = pull;
  if (grip.kind === "new") return drawn(pull, times);
  if (!occasion) return drawn({ ...pull, from: to, clocked: pull.landed ?? false }, times);
  if (grip.kind === "move") {
    const [days, minutes] = [to.day - from.day, clocked ? to.minutes - from.minutes : 0];
    return days || minutes ? moved(occasion, times, days, minutes) : null;
  }
  const kept = grip.kind === "end" ? (occasion.end ?? (occasion.start ?? 0) + ASSUMED_MINUTES) : (occasion.start ?? 0);
  const day = !clocked && grip.kind === "end" && occasion.endDay > occasion.to ? to.day + 1 : to.day;
  const values = stretched(occasion, times, grip.kind, { day, minutes: clocked ? to.minutes : Math.min(kept, 1439) });
  return values;
}

/** A new row over the days or minutes that were drawn. */
function drawn({ from, to, clocked }: Pull, times: Times): Values {
  const [first, last] = from.day < to.day || (from.day === to.day && from.minutes <= to.minutes) ? [from, to] : [to, from];
  if (!hasClock(times.start)) return fresh(times, { day: first.day, minutes: 0 }, { day: last.day, minutes: 0 });
  if (!clocked) {
    const end = last.day === first.day ? WORK_STARTS_MINUTES + ASSUMED_MINUTES : WORK_ENDS_MINUTES;
    return fresh(times, { day: first.day, minutes: WORK_STARTS_MINUTES }, { day: last.day, minutes: end });
  }
  const end = last.day === first.day && last.minutes - first.minutes < 15 ? first.minutes + ASSUMED_MINUTES : last.minutes;
  return fresh(times, first, end >= 1440 ? { day: last.day + 1, minutes: 0 } : { day: last.day, minutes: end });
}

