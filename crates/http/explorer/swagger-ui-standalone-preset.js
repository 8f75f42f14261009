// The bar in which another description's address could be typed, and what belongs to it: left out.
window.SwaggerUIStandalonePreset = [];
