// What stays recorded of a client although no answer of the server tells it again.

import { choiceKey } from "../../lifecycle/choice.ts";
import { serverDefaultsKey } from "../../lifecycle/diff.ts";
import { type Values, withoutUnset } from "../../lifecycle/value.ts";

/** What no later answer repeats. */
export function carried({ clientSecret, registrationAccessToken, registrationClientUri }: Values): Values {
  return withoutUnset({ clientSecret, registrationAccessToken, registrationClientUri });
}

/** The registration access token and its URI, where the program wants them kept. */
export function registrationOf({ keepRegistrationToken }: Values, registration: Values): Values {
  return keepRegistrationToken === true ? withoutUnset(registration) : {};
}

/** What only we know. */
export function remembered(state: Values): Values {
  const [id, defaults] = [choiceKey("clientId"), serverDefaultsKey];
  return withoutUnset({ [id]: state[id], [defaults]: state[defaults], secretRotation: state.secretRotation });
}
