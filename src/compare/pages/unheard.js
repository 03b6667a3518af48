// Shared by what must not speak before Python has heard all that was entered.

/** Whether a change of one of these controls is still without its answer. */
const unheard = (controls) => controls.some((control) => control._pending_msgs > 0);

