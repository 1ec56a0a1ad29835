{% macro script(this, kwargs) %}
(function (map) {
"use strict";
{{ '{% raw %}' }}
{{ this.values.modules }}
{{ '{% endraw %}' }}
})({{ this.values.map }});
{% endmacro %}
