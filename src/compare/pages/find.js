// A widget that another one names: shared by the modules of a page.

/** The widget behind a reference, which may reach the browser later than what names it. */
async function find(model, reference) {
  const id = reference.slice("IPY_MODEL_".length);
  for (let tries = 0; ; tries += 1) {
    try {
      return await model.widget_manager.get_model(id);
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

